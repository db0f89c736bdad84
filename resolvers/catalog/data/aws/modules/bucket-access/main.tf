data "aws_partition" "this" {}

locals {
  buckets = [for name in var.buckets : "arn:${data.aws_partition.this.partition}:s3:::${name}"]
}

resource "aws_iam_role_policy" "this" {
  for_each = toset(var.roles)
  name     = var.name
  role     = each.key

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = local.buckets
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = [for bucket in local.buckets : "${bucket}/*"]
      },
    ]
  })
}
