// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// How cases control the backend, as it is written in an option: `compose:FILE`.
struct ControlOption: ExpressibleByArgument {
    /// The file of docker compose, which is there.
    let composeFile: String

    init?(argument: String) {
        guard argument.hasPrefix("compose:") else { return nil }
        composeFile = String(argument.dropFirst("compose:".count))
        guard FileManager.default.isReadableFile(atPath: composeFile) else { return nil }
    }
}
