using Micro.Client;
using Micro.Selection;
using Micro.Wiring;

namespace Micro;

/// <summary>Creates clients by hand, to be used alone or handed to <see cref="MicroServiceOptions.Client"/>.</summary>
public static class MicroClient
{
    /// <summary>Creates a client. It connects at its first call.</summary>
    /// <param name="configure">Sets the options.</param>
    /// <param name="selector">Sets the options of the selector that the client creates; its registry is set already.</param>
    /// <returns>The client; dispose it.</returns>
    /// <exception cref="MicroConfigurationException">Options are wrong; all problems are listed.</exception>
    public static IMicroClient Create(Action<ClientOptions>? configure = null, Action<SelectorOptions>? selector = null)
    {
        var options = new ClientOptions();
        configure?.Invoke(options);
        var problems = new List<string>();
        options.Validate(problems);
        return problems.Count == 0 ? Components.CreateClient(options, selector) : throw new MicroConfigurationException(problems);
    }
}
