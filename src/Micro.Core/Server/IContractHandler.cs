namespace Micro.Server;

/// <summary>
/// A handler made from a contract, a service in a <c>.proto</c> file or an interface with <see cref="MicroContractAttribute"/>:
/// it knows its endpoints, so that nothing has to be found by reflection. Generated code implements it.
/// </summary>
public interface IContractHandler
{
    /// <summary>Hands every endpoint of the contract over, once each.</summary>
    /// <param name="binder">What takes them.</param>
    void AddTo(IContractBinder binder);
}
