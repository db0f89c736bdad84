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

variable "engine" {
  type        = string
  nullable    = false
  description = "postgres or mysql"

  validation {
    condition     = contains(["postgres", "mysql"], var.engine)
    error_message = "The engine must be postgres or mysql."
  }
}

variable "engine_version" {
  type        = string
  nullable    = false
  description = "A major version, of which AWS keeps the minor one up to date, or a whole one"
}

variable "instance_class" {
  type        = string
  nullable    = false
  description = "Such as db.t4g.medium"
}

variable "storage_gb" {
  type        = number
  nullable    = false
  description = "Where it begins; it grows by itself to four times as much"
}

variable "deletion_protection" {
  type        = bool
  nullable    = false
  description = "Whether AWS refuses to delete it"
}

variable "final_snapshot" {
  type        = bool
  nullable    = false
  description = "Whether a last snapshot is taken when it is deleted"
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
