// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance

/// Writes values that are not valid records.
struct EtcdCorrupter: RegistryCorrupter {
    let member: EtcdMemberClient
    let prefix: @Sendable (String) -> String

    func corrupt(_ service: String, in namespace: String) async throws {
        let values = [
            "truncated": #"{"name":"\#(service)","version":"1","nodes":[{"id":"truncated","addr"#,
            "empty": "", "list": "[]", "null": "null",
            "newer": #"{"name":"\#(service)","version":2,"nodes":{"newer":{"address":"10.0.0.1:80"}}}"#,
            "other": #"{"name":"other","version":"1","nodes":[{"id":"other","address":"10.0.0.1","port":1}]}"#,
            "address":
                #"{"name":"\#(service)","version":"1","nodes":[{"id":"address","address":"no address","port":1}]}"#,
            "port": #"{"name":"\#(service)","version":"1","nodes":[{"id":"port","address":"10.0.0.1","port":99999}]}"#,
            "sub/key": "{}",
        ]
        for (id, value) in values {
            let key = "\(prefix(namespace))\(service)/\(id)"
            try await member.request("/v3/kv/put", ["key": EtcdKey.base64(key), "value": EtcdKey.base64(value)])
        }
    }

    func repair(_ service: String, in namespace: String) async throws {
        let range = EtcdKey.range(prefix: "\(prefix(namespace))\(service)/")
        try await member.request("/v3/kv/deleterange", range)
    }
}
