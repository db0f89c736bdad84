# The name that is given out stands for the cluster, and leads to the server that takes writes.
output "host" {
  value      = aws_docdb_cluster.this.endpoint
  depends_on = [aws_docdb_cluster_instance.this]
}

output "port" {
  value = local.port
}

output "username" {
  value = aws_docdb_cluster.this.master_username
}

output "password" {
  value     = random_password.this.result
  sensitive = true
}

output "connection" {
  value     = "mongodb://${aws_docdb_cluster.this.master_username}:${random_password.this.result}@${aws_docdb_cluster.this.endpoint}:${local.port}/?tls=true&replicaSet=rs0&readPreference=secondaryPreferred&retryWrites=false"
  sensitive = true
}
