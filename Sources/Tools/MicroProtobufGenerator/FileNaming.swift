// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The names of generated files, with the values of `protoc-gen-swift`'s option `FileNaming`.
package enum FileNaming: String, CaseIterable {
    /// `a/b.proto` becomes `a/b.micro.swift`.
    case fullPath = "FullPath"
    /// `a/b.proto` becomes `a_b.micro.swift`.
    case pathToUnderscores = "PathToUnderscores"
    /// `a/b.proto` becomes `b.micro.swift`.
    case dropPath = "DropPath"

    /// The name of the generated file.
    package func fileName(for protoFile: String) -> String {
        let suffix = ".proto"
        let stem = protoFile.hasSuffix(suffix) ? String(protoFile.dropLast(suffix.count)) : protoFile
        let name =
            switch self {
            case .fullPath: stem
            case .pathToUnderscores: String(stem.map { $0 == "/" ? "_" : $0 })
            case .dropPath: stem.split(separator: "/").last.map(String.init) ?? stem
            }
        return name + ".micro.swift"
    }
}
