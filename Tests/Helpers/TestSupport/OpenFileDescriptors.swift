// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The file descriptors of this process.
package enum OpenFileDescriptors {
    /// The number of open descriptors.
    package static func count() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count
    }
}
