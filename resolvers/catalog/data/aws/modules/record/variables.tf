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
  description = "The whole name"
}

variable "zone_id" {
  type        = string
  nullable    = false
  description = "The hosted zone that the name lies in"
}

variable "target" {
  type        = string
  nullable    = false
  description = "The name that it leads to, such as that of the load balancer of the cluster's ingress"
}
