resource "aws_iam_role_policy" "this" {
  for_each = toset(var.roles)
  name     = var.name
  role     = each.key

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
      ]
      Resource = var.queues
    }]
  })
}
