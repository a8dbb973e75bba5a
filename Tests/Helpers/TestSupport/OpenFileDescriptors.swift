// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The descriptors of this process.
package enum OpenFileDescriptors {
    /// How many are open.
    package static func count() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count
    }
}
