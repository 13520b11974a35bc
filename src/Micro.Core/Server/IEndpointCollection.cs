namespace Micro.Server;

/// <summary>
/// Accepts endpoints until the server is started; <see cref="MicroHandlerExtensions"/> has a method for each kind of handler. Not
/// safe for concurrent use.
/// </summary>
public interface IEndpointCollection
{
    /// <summary>Adds endpoints.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <exception cref="ArgumentException">The handler has no endpoint, or a name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    void Add(EndpointDescription endpoints);
}
