using System.Collections.Concurrent;

namespace Micro.Selection.Snapshots;

/// <summary>
/// The pickers of one service: one per filter set and strategy, kept across snapshots so that round robin continues.
/// Safe for concurrent use.
/// </summary>
internal sealed class PickerTable(string service, ISelectorStrategy strategy, int limit)
{
    private readonly ConcurrentDictionary<SelectOptions, INodePicker> _pickers = new();
    private readonly INodePicker _default = strategy.CreatePicker(service);
    private int _count;

    public INodePicker Get(SelectOptions options)
    {
        if (options.Filters.Count == 0 && options.Strategy is null)
        {
            return _default;
        }

        if (_pickers.TryGetValue(options, out var picker))
        {
            return picker;
        }

        // Beyond the limit, share the counter of the unfiltered list: it advances, unlike a new one.
        if (Volatile.Read(ref _count) >= limit)
        {
            return options.Strategy is null ? _default : options.Strategy.CreatePicker(service);
        }

        Interlocked.Increment(ref _count);
        return _pickers.GetOrAdd(options, (options.Strategy ?? strategy).CreatePicker(service));
    }
}
