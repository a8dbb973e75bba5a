// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Collects nodes into one record per version, as go-micro's registries do.
struct GoMicroRecords {
    private var records: [String: ServiceRecord] = [:]

    /// Adds nodes to the record of a version. The first record of a version decides metadata and endpoints.
    mutating func add(_ nodes: [Node], to record: ServiceRecord) {
        records[record.version, default: record].nodes += nodes
    }

    /// The records, sorted by version.
    var sorted: [ServiceRecord] { records.values.sorted { $0.version < $1.version } }
}
