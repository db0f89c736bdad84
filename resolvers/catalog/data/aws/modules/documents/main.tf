locals {
  port = 27017
}

resource "random_password" "this" {
  length  = 32
  special = false
}

# Its id is a part of the last snapshot's name, which has to be a new one each time.
resource "terraform_data" "final" {
  triggers_replace = [var.name]
}

resource "aws_docdb_subnet_group" "this" {
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

resource "aws_docdb_cluster" "this" {
  cluster_identifier = var.name
  engine             = "docdb"
  engine_version     = "5.0.0"

  master_username = "app"
  master_password = random_password.this.result
  port            = local.port

  storage_encrypted      = true
  db_subnet_group_name   = aws_docdb_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  backup_retention_period   = 14
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? "${var.name}-${substr(terraform_data.final.id, 0, 8)}" : null

  apply_immediately = true
  tags              = var.tags
}

resource "aws_docdb_cluster_instance" "this" {
  count              = var.instances
  identifier         = "${var.name}-${count.index}"
  cluster_identifier = aws_docdb_cluster.this.id
  instance_class     = var.instance_class
  apply_immediately  = true
  tags               = var.tags
}
