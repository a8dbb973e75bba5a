// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Configuration

extension ConfigReader {
    /// A setting; nil if it is not set or empty, such as a variable whose value refers to another variable that is not
    /// set.
    ///
    /// - Parameter isSecret: Whether it must not be shown.
    package func nonEmptyString(_ key: ConfigKey, isSecret: Bool = false) -> String? {
        string(forKey: key, isSecret: isSecret).flatMap { $0.isEmpty ? nil : $0 }
    }
}
