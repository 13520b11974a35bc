using Micro.Basics;

namespace Micro.Settings;

/// <summary>
/// Says which address belongs to which registry: <c>consul=10.0.0.1,etcd=10.0.1.1,10.0.1.2</c>. An address without a name
/// belongs to the registry named before it; with a single registry in use, to that.
/// </summary>
internal static class RegistryAddresses
{
    /// <param name="given">The addresses, each with or without the name of its registry.</param>
    /// <param name="used">The registries in use, at least one.</param>
    /// <param name="known">All registries there are.</param>
    /// <returns>The addresses by registry; also those of registries that are not in use.</returns>
    /// <exception cref="FormatException">It is not clear whose an address is.</exception>
    public static IReadOnlyDictionary<string, List<string>> Assign(
        IReadOnlyList<string> given, IReadOnlyList<string> used, IReadOnlyCollection<string> known)
    {
        var assigned = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        var owner = used.Count == 1 ? used[0] : null;
        foreach (var item in given)
        {
            var address = item;
            if (TrySplit(item, out var name, out var rest) && (used.Count > 1 || known.Contains(name, StringComparer.OrdinalIgnoreCase)))
            {
                (owner, address) = (Find(item, name, known), rest);
            }

            if (owner is null)
            {
                throw new FormatException(
                    $"registry address '{SecretText.WithoutSecrets(item)}' does not say whose it is: write {string.Join(" or ", used.Select(one => $"{one}={SecretText.WithoutSecrets(item)}"))}");
            }

            if (address.Length == 0)
            {
                throw new FormatException($"registry address '{SecretText.WithoutSecrets(item)}' is empty: write {owner}=host:port");
            }

            if (!assigned.TryGetValue(owner, out var addresses))
            {
                assigned.Add(owner, addresses = []);
            }

            addresses.Add(address);
        }

        return assigned;
    }

    /// <summary>Names are plain words; what stands before an equals sign inside a URL is none.</summary>
    private static bool TrySplit(string item, out string name, out string address)
    {
        var equals = item.IndexOf('=', StringComparison.Ordinal);
        name = equals < 0 ? "" : item[..equals].Trim();
        address = item[(equals + 1)..].Trim();
        return name.Length > 0 && name.All(static letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.');
    }

    private static string Find(string item, string name, IReadOnlyCollection<string> known)
    {
        try
        {
            return KnownNames.Get("registry", name, known);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"registry address '{SecretText.WithoutSecrets(item)}': {exception.Message}", exception);
        }
    }
}
