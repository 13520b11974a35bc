namespace Micro.Registry.Mdns;

/// <summary>
/// Hands out the engine of a process, counted by use. Several sockets on the protocol's port would take each other's
/// unicast answers, so registry objects with the same settings share one; nothing else is shared.
/// </summary>
internal sealed class MdnsHostPool
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, Entry> _entries = [];

    /// <summary>The pool of this process.</summary>
    public static MdnsHostPool Process { get; } = new();

    /// <summary>Returns the engine for a key; the first call creates and starts it.</summary>
    /// <exception cref="RegistryUnavailableException">It cannot be started; the next call tries again.</exception>
    public MdnsHost Acquire(object key, Func<MdnsHost> create)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry))
            {
                entry.Uses++;
                return entry.Host;
            }

            var host = create();
            try
            {
                host.Start();
            }
            catch
            {
                // Nothing runs yet, so this completes at once; it releases the sockets that were opened.
                _ = host.DisposeAsync().AsTask();
                throw;
            }

            _entries[key] = new Entry(host) { Uses = 1 };
            return host;
        }
    }

    public async ValueTask ReleaseAsync(object key)
    {
        MdnsHost host;
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry) || --entry.Uses > 0)
            {
                return;
            }

            _entries.Remove(key);
            host = entry.Host;
        }

        await host.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Entry(MdnsHost host)
    {
        public MdnsHost Host { get; } = host;

        public int Uses { get; set; }
    }
}
