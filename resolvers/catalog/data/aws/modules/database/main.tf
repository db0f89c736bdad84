locals {
  port = var.engine == "postgres" ? 5432 : 3306
}

resource "random_password" "this" {
  length  = 32
  special = false
}

# Its id is a part of the last snapshot's name, which has to be a new one each time.
resource "terraform_data" "final" {
  triggers_replace = [var.name]
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
  tags       = var.tags
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Those who may connect to ${var.name}"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  count                        = length(var.client_security_group_ids)
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = var.client_security_group_ids[count.index]
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = var.tags
}

resource "aws_db_instance" "this" {
  identifier = var.name

  engine                      = var.engine
  engine_version              = var.engine_version
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = true
  instance_class              = var.instance_class
  multi_az                    = true

  db_name  = replace(var.name, "-", "_")
  username = "app"
  password = random_password.this.result
  port     = local.port

  storage_type          = "gp3"
  storage_encrypted     = true
  allocated_storage     = var.storage_gb
  max_allocated_storage = var.storage_gb * 4

  publicly_accessible    = false
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  backup_retention_period   = 14
  copy_tags_to_snapshot     = true
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? "${var.name}-${substr(terraform_data.final.id, 0, 8)}" : null

  apply_immediately = true
  tags              = var.tags
}
