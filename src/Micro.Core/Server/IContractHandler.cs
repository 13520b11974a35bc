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

    /// <summary>
    /// Hands every endpoint of the contract over for handlers that live for one call. Generated base classes implement it.
    /// </summary>
    /// <param name="binder">What takes the endpoints.</param>
    /// <param name="create">Gives the handler of a call.</param>
    /// <exception cref="NotSupportedException">The handler was written by hand and knows of one object for all calls only.</exception>
    static virtual void AddTo(IContractBinder binder, Func<HandlerContext, IContractHandler> create) =>
        throw new NotSupportedException("this contract handler has one object for all calls only: it does not implement AddTo with a handler per call");
}
