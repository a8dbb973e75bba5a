// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import MicroCore

/// Configuration of a ``KubernetesRegistry``.
///
/// ``init(configReader:)`` reads it from settings, from the files of a pod, or from a kubeconfig file.
public struct KubernetesConfiguration: Sendable {
    /// The consistency of lookups and lists
    /// ([Kubernetes' documentation](https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions)).
    public enum Consistency: String, Sendable, Hashable, CaseIterable {
        /// From the API server's cache, which contains this client's own writes.
        case readYourWrites
        /// From etcd: a read sees all earlier writes, but is many times more expensive for the API server.
        case linearizable
    }

    /// The API servers: `host`, `host:port`, or a URL of `http` or `https`; by default, the address of `kubectl proxy`,
    /// `http://127.0.0.1:8001`. A host without a port has 6443. The first that responds is used until it fails.
    public var addresses = ["http://127.0.0.1:8001"]

    /// ``addresses``, separated by commas.
    public var address: String {
        get { addresses.joined(separator: ",") }
        set { addresses = splitAddresses(newValue) }
    }

    /// Whether an address without a scheme uses `https`; true by default.
    public var usesTLS = true

    /// The certificate files of the client: by default the system's certificate authorities, and no client certificate.
    public var tls = ClientTLSConfiguration()

    /// The certificates of a kubeconfig file that contains them.
    package var embeddedTLS = EmbeddedTLS()

    /// The bearer token; nil, the default, for none.
    public var token: Secret?

    /// The path of a file with the bearer token, which is read again when it may have changed; nil, the default, for none.
    /// ``token`` takes precedence.
    public var tokenFile: String?

    /// Separates services that share a Kubernetes namespace: `[A-Za-z0-9_-]{0,63}`. Empty by default.
    public var namespace = ""

    /// The Kubernetes namespace of the Leases; `default` by default. Use a dedicated namespace: the clients of the
    /// registry can change all Leases in it.
    public var kubernetesNamespace = "default"

    /// The consistency of lookups and lists; `readYourWrites` by default.
    public var consistency = Consistency.readYourWrites

    /// The name of the pod that the process runs in; nil, the default, for none. With ``podUID``, Kubernetes deletes the
    /// Leases together with the pod.
    public var podName: String?

    /// The UID of the pod.
    public var podUID: String?

    /// Whether this client and services with go-micro's Kubernetes plugin, which stores services in their pods, find
    /// each other; false by default. This requires a role with `list`, `watch` and `patch` for pods, and has an effect
    /// only without a ``namespace``, because go-micro does not support namespaces. This client's services are copied to
    /// the pod ``podName``.
    public var goMicroPods = false

    /// Whether pods of go-micro are read.
    var readsGoMicroPods: Bool { goMicroPods && namespace.isEmpty }

    /// The time limit of one operation, for all addresses that it tries; 5 s by default. With several addresses, each gets
    /// an equal share.
    public var timeout: Duration = .seconds(5)

    /// The time after which the server ends a watch, in whole seconds; 30 s by default. A dead connection is detected
    /// after this time plus ``timeout``.
    public var watchRenewalInterval: Duration = .seconds(30)

    /// The maximum size of a response, in bytes; 64 MiB by default. It applies to one event of a watch, and to all pages of
    /// a list together.
    public var maxResponseSize = 64 * 1024 * 1024

    /// When Leases of processes that have ended are deleted.
    var collection = LeaseCollector.Policy()

    /// Creates a configuration with the defaults, for `kubectl proxy`.
    public init() {}
}
