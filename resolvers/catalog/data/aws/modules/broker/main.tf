locals {
  port = 5671
}

resource "random_password" "this" {
  length  = 32
  special = false
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

resource "aws_mq_broker" "this" {
  broker_name = var.name

  engine_type                = "RabbitMQ"
  engine_version             = "3.13"
  auto_minor_version_upgrade = true
  host_instance_type         = var.instance_type
  deployment_mode            = var.clustered ? "CLUSTER_MULTI_AZ" : "SINGLE_INSTANCE"

  publicly_accessible = false
  subnet_ids          = var.clustered ? var.subnet_ids : slice(var.subnet_ids, 0, 1)
  security_groups     = [aws_security_group.this.id]

  encryption_options {
    use_aws_owned_key = true
  }

  logs {
    general = true
  }

  user {
    username = "app"
    password = random_password.this.result
  }

  apply_immediately = true
  tags              = var.tags
}
