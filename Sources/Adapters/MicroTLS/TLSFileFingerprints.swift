// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The modification dates and sizes of a configuration's files.
struct TLSFileFingerprints: Equatable {
    private let dates: [Date?]
    private let sizes: [UInt64?]

    init(of configuration: HTTPTLSConfiguration) {
        let files = [
            configuration.certificateFile, configuration.keyFile, configuration.certificateAuthorityFile,
        ].compactMap(\.self)
        // Orchestrators mount secrets as symbolic links, so the attributes must be read from the target.
        let attributes = files.map { file in
            let file = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
            return try? FileManager.default.attributesOfItem(atPath: file)
        }
        dates = attributes.map { $0?[.modificationDate] as? Date }
        sizes = attributes.map { ($0?[.size] as? NSNumber)?.uint64Value }
    }
}
