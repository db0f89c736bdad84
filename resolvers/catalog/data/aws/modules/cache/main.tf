locals {
  port = 6379
}

resource "random_password" "this" {
  length  = 32
  special = false
}

# Its id is a part of the last snapshot's name, which has to be a new one each time.
resource "terraform_data" "final" {
  triggers_replace = [var.name]
}

resource "aws_elasticache_subnet_group" "this" {
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

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "The store of ${var.name}"

  engine             = "redis"
  engine_version     = "7.1"
  node_type          = var.node_type
  num_cache_clusters = var.nodes
  port               = local.port

  multi_az_enabled           = var.nodes > 1
  automatic_failover_enabled = var.nodes > 1

  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = random_password.this.result

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = [aws_security_group.this.id]

  snapshot_retention_limit  = 7
  final_snapshot_identifier = var.final_snapshot ? "${var.name}-${substr(terraform_data.final.id, 0, 8)}" : null

  apply_immediately = true
  tags              = var.tags
}
