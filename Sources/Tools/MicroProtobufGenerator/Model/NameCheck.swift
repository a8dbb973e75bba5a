// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// Finds names that would not compile, so that the error names the line of the `.proto` file and not one of generated code.
struct NameCheck {
    private let models: [FileModel]
    private let mappings: ProtoFileToModuleMappings
    /// What to do about generated types with one name.
    private let remedy: String

    init(_ models: [FileModel], options: GeneratorOptions) {
        self.models = models
        mappings = options.mappings
        remedy =
            options.serviceNaming == .package
            ? "rename one of them" : "rename one of them, or set the option ServiceNaming=Package"
    }

    /// - Throws: ``GeneratorError`` with all problems.
    func run() throws {
        let problems = typeProblems() + methodProblems() + moduleProblems()
        guard problems.isEmpty else { throw GeneratorError(problems: problems) }
    }

    /// Types of two services, or of a service and of messages, with one name.
    private func typeProblems() -> [String] {
        var owners: [String: String] = [:]
        for file in files {
            for (name, fullName) in typeNames(of: file) { owners[key(name, file)] = fullName }
        }
        var problems: [String] = []
        for model in models {
            for service in model.services {
                for name in service.typeNames {
                    if let owner = owners.updateValue(service.descriptor.fullName, forKey: key(name, model.file)) {
                        problems.append(
                            GeneratorError.problem(
                                "the generated type \(name) of service \(service.descriptor.fullName) collides with that "
                                    + "of \(owner): \(remedy)",
                                at: service.descriptor, in: model.file))
                    }
                }
            }
        }
        return problems
    }

    /// Methods of one service with one Swift name.
    private func methodProblems() -> [String] {
        models.flatMap { model in
            model.services.flatMap { service in
                var owners: [String: String] = [:]
                return service.methods.compactMap { method -> String? in
                    let owner = owners.updateValue(method.descriptor.name, forKey: method.name)
                    return owner.map {
                        GeneratorError.problem(
                            "the methods \($0) and \(method.descriptor.name) both become \(method.name) in Swift: rename "
                                + "one of them", at: method.descriptor, in: model.file)
                    }
                }
            }
        }
    }

    /// Messages and enumerations whose Swift types shadow modules that generated code uses.
    private func moduleProblems() -> [String] {
        guard models.contains(where: { !$0.services.isEmpty }) else { return [] }
        return files.flatMap { file in
            let namer = SwiftProtobufNamer(currentFile: file, protoFileToModuleMappings: mappings)
            return file.messages.compactMap {
                moduleProblem("message", $0.fullName, namer.relativeName(message: $0), at: $0, in: file)
            }
                + file.enums.compactMap {
                    moduleProblem("enumeration", $0.fullName, namer.relativeName(enum: $0), at: $0, in: file)
                }
        }
    }

    private func moduleProblem(
        _ kind: String, _ fullName: String, _ name: String, at place: some ProvidesSourceCodeLocation,
        in file: FileDescriptor
    ) -> String? {
        guard ["Micro", "MicroProtobuf"].contains(name) else { return nil }
        return GeneratorError.problem(
            "the \(kind) \(fullName) becomes the Swift type \(name), which hides the module \(name) from generated code: put "
                + "it into a package, or set the file option swift_prefix", at: place, in: file)
    }

    /// The files to generate, and those that they import into the same module.
    private var files: [FileDescriptor] {
        var files: [FileDescriptor] = []
        var names: Set<String> = []
        var pending = models.map(\.file)
        while let file = pending.popLast() {
            guard names.insert(file.name).inserted, !SwiftProtobufInfo.isBundledProto(file: file) else { continue }
            files.append(file)
            pending += file.dependencies
        }
        return files.sorted { $0.name < $1.name }
    }

    private func typeNames(of file: FileDescriptor) -> [(name: String, fullName: String)] {
        let namer = SwiftProtobufNamer(currentFile: file, protoFileToModuleMappings: mappings)
        return file.messages.map { (namer.relativeName(message: $0), $0.fullName) }
            + file.enums.map { (namer.relativeName(enum: $0), $0.fullName) }
    }

    /// The name of a type with its module.
    private func key(_ name: String, _ file: FileDescriptor) -> String {
        "\(mappings.moduleName(forFile: file) ?? "").\(name)"
    }
}
