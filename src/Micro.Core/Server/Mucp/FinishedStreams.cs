namespace Micro.Server.Mucp;

/// <summary>
/// Streams that the server has ended, until the client has said its end too: what the client still sends on them must
/// not open them again. Bounded; the oldest are forgotten first.
/// </summary>
internal sealed class FinishedStreams(int capacity)
{
    private readonly Lock _gate = new();

    /// <summary>Made with the first one: most connections have none.</summary>
    private List<string>? _ids;

    public void Add(string id)
    {
        lock (_gate)
        {
            _ids ??= [];
            _ids.Remove(id);
            if (_ids.Count == capacity)
            {
                _ids.RemoveAt(0);
            }

            _ids.Add(id);
        }
    }

    /// <summary>Returns whether the frame belongs to a finished stream and is dropped; the client's end frees the id.</summary>
    public bool Takes(string id, bool isEnd)
    {
        lock (_gate)
        {
            return _ids is not null && (isEnd ? _ids.Remove(id) : _ids.Contains(id));
        }
    }
}
