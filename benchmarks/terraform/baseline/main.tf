# The eight objects of the baseline, as a person writes them for Terraform's Kubernetes provider.
terraform {
  required_version = ">= 1.0"
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.23"
    }
  }
}

provider "kubernetes" {
  config_path    = var.kubeconfig
  config_context = var.context
}

resource "kubernetes_namespace" "ollama" {
  metadata {
    name = "ollama"
    labels = {
      app        = "ollama"
      managed-by = "terraform"
      env        = "development"
    }
  }
}

resource "kubernetes_namespace" "librechat" {
  metadata {
    name = "librechat"
    labels = {
      app        = "librechat"
      managed-by = "terraform"
      env        = "development"
    }
  }
}

resource "kubernetes_secret" "credentials" {
  metadata {
    name      = "librechat-credentials-env"
    namespace = kubernetes_namespace.librechat.metadata[0].name
  }
  type = "Opaque"
  data = {
    JWT_SECRET         = var.jwt_secret
    JWT_REFRESH_SECRET = var.jwt_refresh_secret
    CREDS_KEY          = var.creds_key
    CREDS_IV           = var.creds_iv
    MONGO_URI          = "mongodb://librechat-mongodb:27017/LibreChat"
    MEILI_HOST         = "http://librechat-meilisearch:7700"
    OLLAMA_BASE_URL    = "http://ollama.ollama.svc.cluster.local:11434"
  }
}

resource "kubernetes_config_map" "librechat" {
  metadata {
    name      = "librechat-config"
    namespace = kubernetes_namespace.librechat.metadata[0].name
  }
  data = {
    "librechat.yaml" = yamlencode({
      version = "1.1.5"
      cache   = true
      endpoints = {
        custom = [{
          name              = "Ollama"
          apiKey            = "ollama"
          baseURL           = "http://ollama.ollama.svc.cluster.local:11434/v1"
          models            = { default = ["llama2:latest"], fetch = true }
          titleConvo        = true
          titleModel        = "llama2:latest"
          summarize         = false
          forcePrompt       = false
          modelDisplayLabel = "Ollama"
          addParams         = { temperature = 0.7, max_tokens = 2000 }
        }]
      }
    })
  }
}

resource "kubernetes_persistent_volume_claim" "data" {
  metadata {
    name      = "ollama-data"
    namespace = kubernetes_namespace.ollama.metadata[0].name
  }
  spec {
    access_modes = ["ReadWriteOnce"]
    resources {
      requests = { storage = "10Gi" }
    }
  }
}

resource "kubernetes_deployment" "ollama" {
  metadata {
    name      = "ollama"
    namespace = kubernetes_namespace.ollama.metadata[0].name
    labels    = { app = "ollama" }
  }
  spec {
    replicas = 1
    strategy {
      type = "Recreate"
    }
    selector {
      match_labels = { app = "ollama" }
    }
    template {
      metadata {
        labels = { app = "ollama" }
      }
      spec {
        container {
          name  = "ollama"
          image = var.image
          port {
            container_port = 11434
          }
          env {
            name  = "OLLAMA_HOST"
            value = "0.0.0.0"
          }
          resources {
            requests = { cpu = "1", memory = "4Gi" }
            limits   = { "nvidia.com/gpu" = "1" }
          }
          volume_mount {
            name       = "ollama-data"
            mount_path = "/root/.ollama"
          }
        }
        toleration {
          key      = "nvidia.com/gpu"
          operator = "Exists"
          effect   = "NoSchedule"
        }
        volume {
          name = "ollama-data"
          persistent_volume_claim {
            claim_name = kubernetes_persistent_volume_claim.data.metadata[0].name
          }
        }
      }
    }
  }
}

resource "kubernetes_service" "ollama" {
  metadata {
    name      = "ollama"
    namespace = kubernetes_namespace.ollama.metadata[0].name
  }
  spec {
    selector = { app = "ollama" }
    port {
      port        = 11434
      target_port = 11434
    }
  }
}

resource "kubernetes_ingress_v1" "ollama" {
  metadata {
    name      = "ollama-ingress"
    namespace = kubernetes_namespace.ollama.metadata[0].name
    annotations = {
      "nginx.ingress.kubernetes.io/rewrite-target" = "/"
    }
  }
  spec {
    ingress_class_name = "nginx"
    rule {
      host = "ollama.glukas.space"
      http {
        path {
          path      = "/"
          path_type = "Prefix"
          backend {
            service {
              name = kubernetes_service.ollama.metadata[0].name
              port {
                number = 11434
              }
            }
          }
        }
      }
    }
  }
}
