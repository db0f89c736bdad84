terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "name" {
  type        = string
  description = "What it is called; unique in all accounts"
}

variable "deletion_protection" {
  type        = bool
  description = "Whether it can be deleted only while it is empty"
}

variable "tags" {
  type        = map(string)
  description = "Put on everything that takes tags"
}
