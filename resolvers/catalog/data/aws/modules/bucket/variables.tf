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
  nullable    = false
  description = "What it is called; unique in all accounts"
}

variable "deletion_protection" {
  type        = bool
  nullable    = false
  description = "Whether it can be deleted only while it is empty"
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Put on everything that takes tags"
}
