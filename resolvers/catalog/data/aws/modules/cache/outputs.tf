output "host" {
  value = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "port" {
  value = local.port
}

# The user that a password alone stands for.
output "username" {
  value = "default"
}

output "password" {
  value     = random_password.this.result
  sensitive = true
}
