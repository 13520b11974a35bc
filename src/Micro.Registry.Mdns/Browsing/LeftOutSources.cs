using System.Net;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>
/// The sources that announced too many nodes of a service: no new node of it is taken from them until they have been quiet for a
/// while. Not safe for concurrent use.
/// </summary>
internal sealed class LeftOutSources(TimeProvider time)
{
    /// <summary>Most sources that are remembered; beyond it new ones are not added, and the limits of the cache hold.</summary>
    public const int Limit = 1024;

    /// <summary>The time without new nodes after which a source is taken in again.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(IPAddress Source, string Service), long> _sources = [];

    /// <summary>Adds a source.</summary>
    /// <returns><see langword="true"/> if it was not left out before.</returns>
    public bool Add(IPAddress source, string service)
    {
        var now = time.GetTimestamp();
        if (_sources.Count >= Limit)
        {
            foreach (var (key, last) in _sources)
            {
                if (time.GetElapsedTime(last, now) >= Quiet)
                {
                    _sources.Remove(key);
                }
            }
        }

        return _sources.Count < Limit && _sources.TryAdd((source, service), now);
    }

    /// <summary>Returns whether a source is left out, and notes that it announced another node.</summary>
    public bool Refuses(IPAddress source, string service)
    {
        if (!_sources.TryGetValue((source, service), out var last))
        {
            return false;
        }

        var now = time.GetTimestamp();
        if (time.GetElapsedTime(last, now) >= Quiet)
        {
            _sources.Remove((source, service));
            return false;
        }

        _sources[(source, service)] = now;
        return true;
    }
}
