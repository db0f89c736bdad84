output "host" {
  value = aws_db_instance.this.address
}

output "port" {
  value = local.port
}

output "name" {
  value = aws_db_instance.this.db_name
}

output "database" {
  value = aws_db_instance.this.db_name
}

output "username" {
  value = aws_db_instance.this.username
}

output "password" {
  value     = random_password.this.result
  sensitive = true
}
