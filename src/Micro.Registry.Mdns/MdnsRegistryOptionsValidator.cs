using System.Buffers;
using System.Net;
using Micro.Registry.Mdns.Records;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Mdns;

/// <summary>Checks the settings and reports everything that is wrong at once.</summary>
internal sealed class MdnsRegistryOptionsValidator : IValidateOptions<MdnsRegistryOptions>
{
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789.:");
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, MdnsRegistryOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        var domain = options.Domain?.Trim('.');
        if (string.IsNullOrEmpty(domain) || !MdnsNames.IsValid(domain + ".") || domain.Length > 100)
        {
            result.AddError($"'{options.Domain}' is not a domain name of at most 100 characters, such as micro", nameof(options.Domain));
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(1) || options.Timeout > LongestTimeout)
        {
            result.AddError($"{options.Timeout} is not between 1 ms and {LongestTimeout}", nameof(options.Timeout));
        }

        if (options.QuietPeriod <= TimeSpan.Zero)
        {
            result.AddError($"{options.QuietPeriod} is not above 0; use a value above Timeout to switch early ending off", nameof(options.QuietPeriod));
        }

        if (options.Port is < 1 or > ushort.MaxValue)
        {
            result.AddError(FormattableString.Invariant($"{options.Port} is not between 1 and 65535"), nameof(options.Port));
        }

        if (options.Interfaces.Any(string.IsNullOrWhiteSpace))
        {
            result.AddError("an entry is empty; give interface names or addresses", nameof(options.Interfaces));
        }

        foreach (var entry in options.Interfaces.Where(IsBrokenAddress))
        {
            result.AddError($"'{entry}' is not an IP address or the name of a network interface", nameof(options.Interfaces));
        }

        CheckLimit(options.MaxNodesPerService, nameof(options.MaxNodesPerService));
        CheckLimit(options.MaxNodes, nameof(options.MaxNodes));
        CheckLimit(options.MaxNodesPerSource, nameof(options.MaxNodesPerSource));
        return result.Build();

        void CheckLimit(int value, string property)
        {
            if (value is < 1 or > ushort.MaxValue + 1)
            {
                result.AddError(FormattableString.Invariant($"{value} is not between 1 and 65536"), property);
            }
        }
    }

    /// <summary>Returns whether the entry looks like an IP address and is not a valid one. Unknown interface names pass: they may appear later.</summary>
    private static bool IsBrokenAddress(string entry) =>
        entry.AsSpan().ContainsAny('.', ':')
        && !entry.AsSpan().ContainsAnyExcept(AddressCharacters)
        && !IPAddress.TryParse(entry, out _);
}
