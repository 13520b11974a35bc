using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Micro.Settings.Sources;

/// <summary>Shows a provider that belongs to somebody else: it is not loaded again and not disposed with us.</summary>
internal sealed class ReadOnlyProvider(IConfigurationProvider provider) : IConfigurationProvider
{
    public bool TryGet(string key, out string? value) => provider.TryGet(key, out value);

    public void Set(string key, string? value) => throw new NotSupportedException("read only");

    public IChangeToken GetReloadToken() => provider.GetReloadToken();

    public void Load()
    {
        // Its owner has loaded it.
    }

    public IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
        provider.GetChildKeys(earlierKeys, parentPath);
}
