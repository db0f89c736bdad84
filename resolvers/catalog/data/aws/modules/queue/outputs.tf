output "name" {
  value = var.name
}

output "url" {
  value = aws_sqs_queue.this.url
}

output "arn" {
  value = aws_sqs_queue.this.arn
}

output "region" {
  value = split(":", aws_sqs_queue.this.arn)[3]
}
