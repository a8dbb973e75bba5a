// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The description of the sidecar's own routes, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0).
enum SidecarDescription {
    /// The JSON document.
    static let json = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "micro sidecar",
            "version": "1",
            "description": "The registry, the calls and the events of swift-micro over HTTP. Errors are JSON objects with id, code, detail and status."
          },
          "security": [{}, {"token": []}],
          "paths": {
            "/{service}/{method}": {
              "post": {
                "summary": "Calls an endpoint of a service of the namespace",
                "description": "/greeter/say/hello calls Say.Hello of go.micro.srv.greeter.",
                "parameters": [
                  {"name": "service", "in": "path", "required": true, "schema": {"type": "string"}},
                  {"name": "method", "in": "path", "required": true, "schema": {"type": "string"}}
                ],
                "requestBody": {"content": {"application/json": {"schema": {}}, "application/protobuf": {"schema": {}}}},
                "responses": {
                  "200": {"description": "The response of the service", "content": {"application/json": {"schema": {}}}},
                  "default": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/rpc": {
              "get": {
                "summary": "Opens a stream to any endpoint of any service, as a WebSocket",
                "description": "Both sides send JSON objects, one per line: {\"message\":…} is a message, {\"end\":true} ends the messages of a side, and {\"error\":{…}} is why the stream ended.",
                "parameters": [
                  {"name": "service", "in": "query", "required": true, "schema": {"type": "string"}},
                  {"name": "endpoint", "in": "query", "required": true, "schema": {"type": "string"}},
                  {"name": "address", "in": "query", "description": "HOST:PORT of a registered node", "schema": {"type": "string"}}
                ],
                "responses": {"101": {"description": "The WebSocket is open"}, "default": {"$ref": "#/components/responses/Error"}}
              },
              "post": {
                "summary": "Calls any endpoint of any service",
                "parameters": [
                  {"name": "Timeout", "in": "header", "description": "Seconds, or a duration such as 500ms", "schema": {"type": "string"}}
                ],
                "requestBody": {
                  "required": true,
                  "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Call"}},
                    "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Call"}}
                  }
                },
                "responses": {
                  "200": {"description": "The response of the service", "content": {"application/json": {"schema": {}}}},
                  "default": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/registry": {
              "get": {
                "summary": "Lists the services, or finds one",
                "description": "As a WebSocket: sends each change as {\"Action\":\"create|update|delete\",\"Service\":{…}}.",
                "parameters": [{"name": "service", "in": "query", "schema": {"type": "string"}}],
                "responses": {
                  "200": {
                    "description": "One service for each version; without the parameter only names and versions",
                    "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Service"}}}}
                  },
                  "default": {"$ref": "#/components/responses/Error"}
                }
              },
              "post": {
                "summary": "Registers nodes of a service",
                "parameters": [
                  {"name": "ttl", "in": "query", "description": "The nodes are removed after this time, such as 30s", "schema": {"type": "string"}}
                ],
                "requestBody": {"$ref": "#/components/requestBodies/Service"},
                "responses": {"200": {"description": "Registered"}, "default": {"$ref": "#/components/responses/Error"}}
              },
              "delete": {
                "summary": "Removes nodes of a service",
                "requestBody": {"$ref": "#/components/requestBodies/Service"},
                "responses": {"200": {"description": "Removed"}, "default": {"$ref": "#/components/responses/Error"}}
              }
            },
            "/broker": {
              "get": {
                "summary": "Subscribes to a topic, as a WebSocket",
                "description": "Events are {\"Header\":{…},\"Body\":\"base64\"}. Messages of the client are published, or with ack=true are {\"Ack\":\"ID\"} or {\"Nack\":\"ID\"}.",
                "parameters": [
                  {"name": "topic", "in": "query", "required": true, "schema": {"type": "string"}},
                  {"name": "queue", "in": "query", "description": "Each event goes to one of the subscribers with the same queue", "schema": {"type": "string"}},
                  {"name": "ack", "in": "query", "description": "Whether events are delivered until they are acknowledged", "schema": {"type": "boolean"}}
                ],
                "responses": {"101": {"description": "The WebSocket is open"}, "default": {"$ref": "#/components/responses/Error"}}
              },
              "post": {
                "summary": "Publishes the body as an event",
                "description": "The header fields of the request are the headers of the event.",
                "parameters": [{"name": "topic", "in": "query", "required": true, "schema": {"type": "string"}}],
                "requestBody": {"content": {"*/*": {"schema": {}}}},
                "responses": {"200": {"description": "Published"}, "default": {"$ref": "#/components/responses/Error"}}
              }
            },
            "/health": {
              "get": {
                "summary": "Checks the apps of the sidecar now",
                "responses": {"200": {"description": "All are healthy"}, "default": {"$ref": "#/components/responses/Error"}}
              }
            },
            "/metadata": {
              "get": {
                "summary": "The version of the sidecar and the states of its apps",
                "responses": {"200": {"description": "The state", "content": {"application/json": {"schema": {"type": "object"}}}}}
              }
            },
            "/stats": {
              "get": {
                "summary": "The numbers of requests, if they are enabled",
                "responses": {
                  "200": {"description": "The numbers", "content": {"application/json": {"schema": {"type": "object"}}}},
                  "default": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/healthz": {"get": {"summary": "Whether the sidecar runs", "security": [], "responses": {"200": {"description": "It runs"}}}},
            "/readyz": {
              "get": {
                "summary": "Whether the sidecar has read the registry",
                "security": [],
                "responses": {"200": {"description": "Ready"}, "503": {"description": "The reasons, one per line"}}
              }
            },
            "/metrics": {
              "get": {
                "summary": "Metrics in the format of Prometheus",
                "security": [],
                "responses": {"200": {"description": "The metrics", "content": {"text/plain": {"schema": {"type": "string"}}}}}
              }
            }
          },
          "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "requestBodies": {
              "Service": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Service"}}}}
            },
            "responses": {
              "Error": {"description": "Why the request failed", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
            },
            "schemas": {
              "Call": {
                "type": "object",
                "required": ["service", "endpoint"],
                "properties": {
                  "service": {"type": "string"},
                  "endpoint": {"type": "string", "description": "Such as Say.Hello; also as method"},
                  "address": {"type": "string", "description": "HOST:PORT of a registered node"},
                  "request": {"description": "The message, or its JSON text"}
                }
              },
              "Error": {
                "type": "object",
                "properties": {
                  "id": {"type": "string"},
                  "code": {"type": "integer"},
                  "detail": {"type": "string"},
                  "status": {"type": "string"}
                }
              },
              "Service": {
                "type": "object",
                "required": ["name"],
                "properties": {
                  "name": {"type": "string"},
                  "version": {"type": "string"},
                  "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
                  "endpoints": {"type": "array", "items": {"type": "object"}},
                  "nodes": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["id", "address"],
                      "properties": {
                        "id": {"type": "string"},
                        "address": {"type": "string"},
                        "port": {"type": "integer"},
                        "metadata": {"type": "object", "additionalProperties": {"type": "string"}}
                      }
                    }
                  }
                }
              }
            }
          }
        }
        """#
}
