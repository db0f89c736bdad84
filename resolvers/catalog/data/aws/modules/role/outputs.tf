output "name" {
  value = var.name
}

output "arn" {
  value = aws_iam_role.this.arn
}
