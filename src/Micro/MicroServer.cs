using Micro.Server;
using Micro.Wiring;

namespace Micro;

/// <summary>Creates servers by hand, to be used alone or handed to <see cref="MicroServiceOptions.Server"/>.</summary>
public static class MicroServer
{
    /// <summary>Creates a server. It listens from its start on.</summary>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The server; dispose it.</returns>
    /// <exception cref="MicroConfigurationException">Options are wrong; all problems are listed.</exception>
    public static IMicroServer Create(Action<ServerOptions>? configure = null)
    {
        var options = new ServerOptions();
        configure?.Invoke(options);
        var problems = new List<string>();
        options.Validate(problems);
        return problems.Count == 0 ? Components.CreateServer(options) : throw new MicroConfigurationException(problems);
    }
}
