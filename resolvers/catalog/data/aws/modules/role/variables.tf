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
  description = "What it is called; unique in the account"
}

variable "cluster" {
  type        = string
  description = "The name of the EKS cluster, which has the add-on eks-pod-identity-agent"
}

variable "namespace" {
  type        = string
  description = "That of the service account"
}

variable "service_account" {
  type        = string
  description = "Whose pods have the role"
}

variable "tags" {
  type        = map(string)
  description = "Put on everything that takes tags"
}
