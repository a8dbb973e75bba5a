// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroProtobufGenerator
import SwiftProtobufPluginLibrary

/// `protoc-gen-micro-swift`: a plugin of `protoc` that generates the Swift code of services.
@main struct ProtocGenMicroSwift {
    static func main() { MicroGenerator.main() }
}
