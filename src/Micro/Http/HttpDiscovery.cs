using Micro.Basics;
using Micro.Client;
using Micro.Selection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Http;

/// <summary>The settings and the retry budget that all handlers of one HTTP client share.</summary>
internal sealed class HttpDiscovery
{
    private readonly ServiceNames _names;
    private readonly bool _refusesOtherHosts;

    /// <exception cref="MicroConfigurationException">Options are wrong; all problems are listed.</exception>
    public HttpDiscovery(ISelector selector, HttpDiscoveryOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        var problems = options.Problems();
        if (problems.Count > 0)
        {
            throw new MicroConfigurationException(problems);
        }

        _names = new ServiceNames(options);
        _refusesOtherHosts = options.OtherHosts == HttpOtherHosts.Refuse;
        PassesUnknown = options.OtherHosts == HttpOtherHosts.PassAll;
        Selector = selector;
        Select = options.Select;
        HostHeader = options.HostHeader;
        Retries = options.Retries;
        AttemptTimeout = options.AttemptTimeout;
        Time = options.TimeProvider ?? time ?? TimeProvider.System;
        Budget = options.RetryBudget ? new RetryBudget(options.RetryBudgetRatio, options.RetryBudgetFloor, Time) : null;
        Logger = (options.LoggerFactory ?? loggers ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.Http");
    }

    public ISelector Selector { get; }

    public SelectOptions Select { get; }

    public HttpHostHeader HostHeader { get; }

    public bool PassesUnknown { get; }

    public int Retries { get; }

    public TimeSpan? AttemptTimeout { get; }

    public RetryBudget? Budget { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>The service that a request goes to, or <see langword="null"/> when its host is an address.</summary>
    /// <exception cref="HttpRequestException">The host is no service, and others are refused.</exception>
    public string? FindService(Uri? uri)
    {
        if (uri is not { IsAbsoluteUri: true, Scheme: "http" or "https" or "ws" or "wss" })
        {
            return null; // the inner handler says what is wrong with it
        }

        return _names.Find(uri) ?? (_refusesOtherHosts ? throw HttpErrors.OtherHost(uri) : null);
    }
}
