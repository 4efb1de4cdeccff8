module.exports = { useTabs: true, singleQuote: true, printWidth: 110, trailingComma: 'all', arrowParens: 'always' };
