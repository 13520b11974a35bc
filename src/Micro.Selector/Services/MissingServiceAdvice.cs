using Micro.Basics;
using Micro.Registry;

namespace Micro.Selection.Services;

/// <summary>
/// Describes which registry was searched for an unknown service and what is registered there: nearly always the name is
/// mistyped or the registry is the wrong one. Lists the registry once per service, and at most once a minute, to bound load.
/// </summary>
internal sealed class MissingServiceAdvice(IRegistry registry, TimeProvider time)
{
    private const int MaxNames = 5;
    private const int MaxNameLength = 64;
    private const int MaxCompared = 1000;
    private const string Remedy = "--registry or MICRO_REGISTRY chooses another registry";

    /// <summary>Time limit for the list, which delays the error.</summary>
    private static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ListInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Task<IReadOnlyList<string>?>? _names;
    private long _listedAt;

    /// <summary>Returns the advice; never throws.</summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="mayAsk"><see langword="true"/> to list the registry; a recent list is used anyway.</param>
    /// <param name="stop">Ends a list.</param>
    public async Task<string> OfAsync(string service, bool mayAsk, CancellationToken stop)
    {
        var names = await ListAsync(mayAsk, stop).ConfigureAwait(false);
        var place = registry.Location.Length > 0 ? $" in registry {registry.Name} ({registry.Location})" : $" in registry {registry.Name}";
        return $"{place}; {Registered(service, names)}{Remedy}";
    }

    private static string Registered(string service, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return "";
        }

        if (names.Count == 0)
        {
            return "nothing is registered there; ";
        }

        var known = names.Where(IsReadable).Order(StringComparer.Ordinal).ToList();
        var nearest = NearestName.Find(service, known.Take(MaxCompared)) is { } near ? $"did you mean '{near}'? " : "";
        var unnamed = names.Count - Math.Min(known.Count, MaxNames);
        var more = unnamed > 0 ? $" and {unnamed} more" : "";
        return $"{nearest}registered there: {string.Join(", ", known.Take(MaxNames))}{more}; ";
    }

    /// <summary>Returns whether a name, which anybody may have registered, is safe in a message.</summary>
    private static bool IsReadable(string name) => name.Length <= MaxNameLength && !name.Any(static letter => char.IsControl(letter) || char.IsWhiteSpace(letter));

    private Task<IReadOnlyList<string>?> ListAsync(bool mayAsk, CancellationToken stop)
    {
        lock (_gate)
        {
            var isRecent = _names is not null && time.GetElapsedTime(_listedAt) < ListInterval;
            if (!isRecent && mayAsk)
            {
                _listedAt = time.GetTimestamp();
                _names = BackgroundTask.Run(() => AskAsync(stop));
                isRecent = true;
            }

            return isRecent ? _names! : Task.FromResult<IReadOnlyList<string>?>(null);
        }
    }

    private async Task<IReadOnlyList<string>?> AskAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(ListLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            var services = await registry.ListServicesAsync(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return [.. services.Select(static service => service.Name).Distinct(StringComparer.Ordinal)];
        }
        catch (Exception)
        {
            // The error is complete without advice.
            return null;
        }
    }
}
