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
  description = "What it is called; unique in the account"
}

variable "cluster" {
  type        = string
  nullable    = false
  description = "The name of the EKS cluster, which has the add-on eks-pod-identity-agent"
}

variable "namespace" {
  type        = string
  nullable    = false
  description = "That of the service account"
}

variable "service_account" {
  type        = string
  nullable    = false
  description = "Whose pods have the role"
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Put on everything that takes tags"
}
