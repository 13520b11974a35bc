namespace Micro.Server;

/// <summary>
/// A handler that lists its endpoints, without reflection: the generated binding of an interface
/// with <see cref="MicroContractAttribute"/>, or of a service in a <c>.proto</c> file.
/// </summary>
public interface IContractHandler
{
    /// <summary>Adds every endpoint of the contract to a binder once.</summary>
    /// <param name="binder">The binder.</param>
    void AddTo(IContractBinder binder);
}
