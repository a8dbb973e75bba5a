// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import Testing

@testable import MicroKubernetes

/// The manifests of `Examples/Deploy`.
enum KubernetesManifests {
    /// The documents of a manifest with the paths of their objects.
    static func documents(_ file: String) throws -> [(path: String, text: String)] {
        let path = DockerConfiguration.path("../Examples/Deploy/kubernetes/\(file)")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.components(separatedBy: "\n---\n").map { document in
            let root = try #require(YAMLSubset.parse(document))
            let version = try #require(root["apiVersion"].string)
            let kind = try #require(root["kind"].string)
            let name = try #require(root["metadata"]["name"].string)
            let namespace = root["metadata"]["namespace"].string.map { "/namespaces/\($0)" } ?? ""
            let group = version.contains("/") ? "/apis/\(version)" : "/api/\(version)"
            return ("\(group)\(namespace)/\(kind.lowercased())s/\(name)", document)
        }
    }
}
