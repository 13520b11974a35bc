using Micro.Basics;
using Micro.Registry.Composite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry;

/// <summary>Registries made of other registries.</summary>
public static class Registries
{
    /// <summary>
    /// Combines several registries into one, for moving a fleet from one to another: it registers in all of them and finds what
    /// any of them holds. One that is down hides nothing of the others and is caught up when it returns. A node that
    /// several hold is one node; where they differ about it, the one named first counts.
    /// </summary>
    /// <param name="registries">
    /// The members, at least one, each once. Disposing the new registry disposes them.
    /// </param>
    /// <param name="loggers">The logger factory; <see langword="null"/> (the default) for no logs.</param>
    /// <param name="time">Its clock and timers; the system's by default.</param>
    /// <returns>
    /// The registry, safe for concurrent use; its name is those of its members with commas between, for example
    /// <c>consul,etcd</c>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="registries"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no member, one is <see langword="null"/>, or one occurs twice.</exception>
    public static IRegistry Combine(IEnumerable<IRegistry> registries, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(registries);
        IRegistry[] members = [.. registries];
        if (members.Length == 0)
        {
            throw new ArgumentException("no registries to combine: give at least one", nameof(registries));
        }

        for (var index = 0; index < members.Length; index++)
        {
            if (members[index] is null)
            {
                throw new ArgumentException($"registry {index + 1} of {members.Length} is null", nameof(registries));
            }

            if (Array.IndexOf(members, members[index]) < index)
            {
                throw new ArgumentException($"registry '{members[index].Name}' is given twice: give each object once", nameof(registries));
            }
        }

        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.Registry");
        return new CompositeRegistry(new CompositeContext(members, time ?? TimeProvider.System, new SharedRandom(), logger));
    }
}
