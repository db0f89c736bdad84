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
  description = "What the policy is called in each role"
}

variable "buckets" {
  type        = list(string)
  nullable    = false
  description = "The names of the buckets"
}

variable "roles" {
  type        = list(string)
  nullable    = false
  description = "The names of the roles that may use them"
}
