namespace Micro.Registry;

/// <summary>A failure that a registry reports.</summary>
public abstract class RegistryException : MicroException
{
    private protected RegistryException(int code, string registry, string detail, ErrorKind kind, Exception? innerException)
        : base(code, "go.micro.client", detail, kind, innerException) => Registry = registry;

    /// <summary>Name of the registry that failed.</summary>
    public string Registry { get; }
}
