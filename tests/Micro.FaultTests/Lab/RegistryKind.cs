namespace Micro.FaultTests.Lab;

public enum RegistryKind
{
    Etcd = 0,
    Consul,
    Nats,
}
