using Micro.Basics;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Settings;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Consul;

/// <summary>Checks the settings and reports everything that is wrong at once.</summary>
internal sealed class ConsulRegistryOptionsValidator : IValidateOptions<ConsulRegistryOptions>
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(55);

    public ValidateOptionsResult Validate(string? name, ConsulRegistryOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        CheckAddresses(options, result);
        Require(options.Timeout >= TimeSpan.FromMilliseconds(1) && options.Timeout <= LongestTimeout, $"{options.Timeout} is not between 1 ms and {LongestTimeout}", nameof(options.Timeout));
        Require(options.Wait >= TimeSpan.FromSeconds(1) && options.Wait <= LongestWait, $"{options.Wait} is not between 1 s and {LongestWait}", nameof(options.Wait));
        Require(options.MaxStaleness > TimeSpan.Zero, $"{options.MaxStaleness} is not above 0", nameof(options.MaxStaleness));
        Require(Enum.IsDefined(options.Consistency), $"{options.Consistency} is unknown", nameof(options.Consistency));
        Require(options.DeregisterCriticalAfter is null || options.DeregisterCriticalAfter > TimeSpan.Zero, $"{options.DeregisterCriticalAfter} is not above 0", nameof(options.DeregisterCriticalAfter));
        Require(IsHeaderText(options.Token), "holds characters that no token has", nameof(options.Token));
        Require(options.BasicAuthentication is null || options.BasicAuthentication.Contains(':', StringComparison.Ordinal), "must be user:password", nameof(options.BasicAuthentication));
        Require(!string.IsNullOrWhiteSpace(options.NodeIdFormat) && IsNodeIdFormat(options.NodeIdFormat), $"'{options.NodeIdFormat}' must hold {{id}} or {{port}} and no parts but {{id}}, {{service}}, {{ip}} and {{port}}", nameof(options.NodeIdFormat));
        Require(options.ServiceNamePrefix is { Length: <= 100 } && !options.ServiceNamePrefix.Any(char.IsControl), "must be at most 100 printable characters", nameof(options.ServiceNamePrefix));
        Require(!options.Tags.Any(string.IsNullOrEmpty), "an entry is empty", nameof(options.Tags));
        Require(options.Meta.Count <= MetaRules.MaxPairs, $"{options.Meta.Count} pairs exceed the limit of {MetaRules.MaxPairs}", nameof(options.Meta));
        foreach (var (key, value) in options.Meta)
        {
            Require(MetaRules.Allows(key, value), $"Consul does not take the pair '{key}'", nameof(options.Meta));
        }

        CheckChecks(options, result);
        return result.Build();

        void Require(bool condition, string problem, string property)
        {
            if (!condition)
            {
                result.AddError(problem, property);
            }
        }
    }

    private static void CheckAddresses(ConsulRegistryOptions options, ValidateOptionsResultBuilder result)
    {
        if (options.Scheme is not (null or "http" or "https"))
        {
            result.AddError($"'{options.Scheme}' is neither http nor https", nameof(options.Scheme));
        }

        foreach (var address in options.Addresses)
        {
            if (!ConsulAddress.TryParse(address, "http", out _))
            {
                result.AddError($"'{SecretText.WithoutSecrets(address)}' is not a host, host:port or http(s) URL", nameof(options.Addresses));
            }
        }
    }

    private static void CheckChecks(ConsulRegistryOptions options, ValidateOptionsResultBuilder result)
    {
        CheckTimes(nameof(options.TcpCheck), options.TcpCheck?.Interval, options.TcpCheck?.Timeout);
        CheckTimes(nameof(options.HttpCheck), options.HttpCheck?.Interval, options.HttpCheck?.Timeout);
        CheckTimes(nameof(options.GrpcCheck), options.GrpcCheck?.Interval, options.GrpcCheck?.Timeout);
        if (options.HttpCheck is { } http
            && !(Uri.TryCreate(CheckDefinitions.Fill(http.Url, "127.0.0.1", 1), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            result.AddError($"'{http.Url}' is not an http(s) URL; {{host}} and {{port}} stand for the node's", nameof(options.HttpCheck));
        }

        void CheckTimes(string property, TimeSpan? interval, TimeSpan? timeout)
        {
            if (interval <= TimeSpan.Zero)
            {
                result.AddError($"the interval {interval} is not above 0", property);
            }

            if (timeout <= TimeSpan.Zero)
            {
                result.AddError($"the timeout {timeout} is not above 0", property);
            }
        }
    }

    private static bool IsHeaderText(string? text) => text is null || text.All(character => character is > ' ' and < (char)127);

    private static bool IsNodeIdFormat(string format)
    {
        var rest = NodeIds.Parts.Aggregate(format, (text, part) => text.Replace(part, "", StringComparison.Ordinal));
        return rest.AsSpan().IndexOfAny('{', '}') < 0
            && (format.Contains("{id}", StringComparison.Ordinal) || format.Contains("{port}", StringComparison.Ordinal));
    }
}
