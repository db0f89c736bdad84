terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

variable "name" {
  type        = string
  nullable    = false
  description = "What it is called; unique in the account and region"
}

variable "instance_type" {
  type        = string
  nullable    = false
  description = "Such as mq.m7g.medium"
}

variable "clustered" {
  type        = bool
  nullable    = false
  description = "Whether three servers in several zones share the messages"
}

variable "vpc_id" {
  type        = string
  nullable    = false
  description = "The network that it lies in"
}

variable "subnet_ids" {
  type        = list(string)
  nullable    = false
  description = "Private subnets in at least two zones"
}

variable "client_security_group_ids" {
  type        = list(string)
  nullable    = false
  description = "Security groups of those that may connect, such as that of the cluster's nodes"
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Put on everything that takes tags"
}
