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
  description = "What it is called; unique in the account and region"
}

variable "visibility_timeout_seconds" {
  type        = number
  nullable    = false
  description = "How long a message that was received is kept from others"
}

variable "retention_seconds" {
  type        = number
  nullable    = false
  description = "How long a message that nobody takes is kept"
}

variable "receives" {
  type        = number
  nullable    = false
  description = "How often a message is received before it is put aside"
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Put on everything that takes tags"
}
