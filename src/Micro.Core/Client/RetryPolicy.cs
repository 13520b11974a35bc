namespace Micro.Client;

/// <summary>Decides whether a failed attempt is repeated on another node.</summary>
/// <param name="attempt">What was tried and how it failed.</param>
/// <returns>Whether to try again; the number of retries, the deadline and the retry budget still bound it.</returns>
public delegate bool RetryPolicy(in FailedAttempt attempt);
