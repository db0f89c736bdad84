output "bucket" {
  value = var.name
}

output "region" {
  value = aws_s3_bucket.this.region
}

output "endpoint" {
  value = "https://s3.${aws_s3_bucket.this.region}.amazonaws.com"
}

output "access_key_id" {
  value = aws_iam_access_key.this.id
}

output "aws_access_key_id" {
  value = aws_iam_access_key.this.id
}

output "secret_key" {
  value     = aws_iam_access_key.this.secret
  sensitive = true
}

output "aws_secret_key" {
  value     = aws_iam_access_key.this.secret
  sensitive = true
}
