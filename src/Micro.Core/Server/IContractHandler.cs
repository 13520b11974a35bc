namespace Micro.Server;

/// <summary>
/// A handler that knows its endpoints, so that nothing has to be found by reflection: the generated binding of an interface
/// with <see cref="MicroContractAttribute"/>, or of a service in a <c>.proto</c> file.
/// </summary>
public interface IContractHandler
{
    /// <summary>Hands over every endpoint of the contract once.</summary>
    /// <param name="binder">The binder that takes them.</param>
    void AddTo(IContractBinder binder);
}
