"""Terraform for the tests of the guide."""

from __future__ import annotations


def inside(body: str, type: str = "aws_s3_bucket", name: str = "b") -> str:
    """A resource with something in it."""
    return f'resource "{type}" "{name}" {{\n{body}\n}}\n'


VALID = {
    "arguments, maps and comments": """# A bucket.
resource "aws_s3_bucket" "logs" {
  bucket        = "acme-logs" // named
  force_destroy = true
  tags = {
    Name        = "logs"
    "cost:team" = "core", Other : "x"
  } /* done */
}
""",
    "variables, locals, outputs": """variable "region" {
  type        = object({ name = string, zones = optional(list(string), []) })
  description = "Where."
  validation {
    condition     = length(var.region.zones) > 0 && var.region.name != ""
    error_message = "Zones are needed."
  }
}

locals {
  name  = "app-${var.region.name}"
  zones = [for z in var.region.zones : upper(z) if z != ""]
  by    = { for i, z in var.region.zones : z => i... }
}

output "name" { value = local.name }
""",
    "count, for_each and indexes": """resource "aws_subnet" "main" {
  for_each   = toset(["a", "b"])
  vpc_id     = aws_vpc.main[0].id
  cidr_block = cidrsubnet(aws_vpc.main[0].cidr_block, 8, index(["a", "b"], each.key))
}

resource "aws_vpc" "main" {
  count      = var.on ? 1 : 0
  cidr_block = "10.${count.index}.0.0/16"
}

variable "on" {}

output "ids" {
  value = concat([for s in aws_subnet.main : s.id], aws_vpc.main[*].id)
}
""",
    "dynamic blocks and attributes as blocks": """resource "aws_security_group" "web" {
  dynamic "ingress" {
    for_each = [80, 443]
    iterator = port
    content {
      from_port = port.value
      to_port   = port.value
      protocol  = "tcp"
    }
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
""",
    "heredocs and directives": """output "text" {
  value = <<-EOT
    {"Version": "2012-10-17", "Name": "${path.module}"}
    %{~ for n in ["a"] ~}
    ${n} $${kept} %%{kept}
    %{ endfor ~}
    %{ if true }x%{ else }y%{ endif }
  EOT
}
""",
    "modules, providers and data": """terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

data "aws_ami" "linux" {
  most_recent = true
  filter {
    name   = "name"
    values = ["al2023-*"]
  }
}

module "vpc" {
  source   = "./vpc"
  whatever = data.aws_ami.linux.id
}

resource "aws_instance" "a" {
  provider      = aws.west
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  subnet_id     = module.vpc.subnet
  lifecycle {
    ignore_changes = [tags, ami]
  }
  provisioner "local-exec" {
    command = "echo ${self.id}"
  }
}
""",
    "expanded lists": """resource "aws_instance" "many" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.micro"
}

output "all" {
  value = merge([{ a = 1 }, { b = 2 }]...)
}

output "tags" {
  value = merge({ a = 1 }, aws_instance.many[*].tags...)
}

output "several" {
  value = concat(aws_instance.many...)
}
""",
    "provisioners": """resource "aws_instance" "p" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  connection {
    type  = "ssh"
    host  = self.public_ip
    port  = 22
    agent = false
  }
  provisioner "file" {
    source      = "app"
    destination = "/srv/app"
  }
  provisioner "remote-exec" {
    inline = ["systemctl start app"]
  }
  provisioner "local-exec" {
    command     = "true"
    environment = { REGION = "eu-west-1" }
    interpreter = ["sh", "-c"]
  }
}
""",
    "operators": """locals {
  a = (1 + 2) * -3 >= 4 || !(true && "x" == "y") ? "yes" : null
  b = jsonencode({ x = [1, 2,], y = { z = null } })
  c = try(merge({ a = 1 }, local.d...), {})["a"]
  d = [{}]
  e = { 1 = local.d.0, 22 : "x" }
}
""",
    "a default before its type": """variable "zones" {
  default = ["a", "b"]
  type    = list(string)
}

variable "size" {
  default = 3
  type    = number
  validation {
    condition     = var.size > 2 && var.size < 9 # both ends
    error_message = "From 3 to 8."
  }
}

resource "aws_instance" "b" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    command    = "true"
  }
  lifecycle {
    postcondition {
      condition     = self.public_ip != ""
      error_message = "No address."
    }
  }
}
""",
    "lists of what resources have": """resource "aws_subnet" "a" {
  count      = 2
  vpc_id     = "vpc-1"
  cidr_block = "10.0.${count.index}.0/24"
}

resource "aws_db_subnet_group" "g" {
  subnet_ids = aws_subnet.a[*].id
}

resource "aws_db_subnet_group" "h" {
  subnet_ids = aws_subnet.a.*.id
}

resource "aws_db_subnet_group" "i" {
  subnet_ids = [aws_subnet.a[0].id, aws_subnet.a[1].id]
}
""",
}
